/** How an HTML document looks, on a screen and on paper. */
export const style = `:root { color-scheme: light; }
body { margin: 0; background: #f2f2f2; color: #111; font: 1.05rem/1.5 Tinos, "Times New Roman", serif; }
main { max-width: 50rem; margin: 0 auto; padding: 2rem; background: #fff; }
header, footer { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 1.5rem; }
header > div { text-align: center; flex: 1 1 18rem; }
footer { margin-top: 2rem; break-inside: avoid; }
footer > div { flex: 1 1 14rem; }
footer ul { margin: 0; padding-left: 1.2rem; font-size: 0.9rem; }
.signed { text-align: center; }
.space { height: 5rem; }
h1 { text-align: center; font-size: 1.3rem; margin: 2rem 0; }
.subtitle { font-size: 1.1rem; }
h2 { font-size: 1.15rem; margin: 1.8rem 0 0.5rem; }
h3 { font-size: 1.05rem; font-style: italic; margin: 1.2rem 0 0.4rem; }
.bold { font-weight: bold; }
.note { font-size: 0.9rem; font-style: italic; }
.wide { overflow-x: auto; }
.wide:focus-visible { outline: 2px solid #1b4f8a; }
table { border-collapse: collapse; width: 100%; margin: 0.4rem 0 1.2rem; font-size: 0.95rem; }
caption { text-align: left; font-style: italic; padding: 0.3rem 0; }
th, td { border: 1px solid #666; padding: 0.25rem 0.5rem; vertical-align: top; }
th { background: #e8edf3; }
tfoot td { font-weight: bold; }
.right { text-align: right; font-variant-numeric: tabular-nums; }
.center { text-align: center; }
figure { margin: 1rem 0; break-inside: avoid; }
figcaption { font-style: italic; }
svg { width: 100%; height: auto; }
summary { cursor: pointer; font-size: 0.9rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0.3rem 1rem; }
dt { font-weight: bold; }
dd { margin: 0; }
.large { font: bold 1.3rem/1.3 monospace; letter-spacing: 0.08em; }
.page-break { break-after: page; }
@page { size: A4; margin: 20mm 15mm 20mm 25mm; }
@media print {
  body { background: #fff; font-size: 12pt; }
  main { max-width: none; padding: 0; }
  details { display: none; }
  thead { display: table-header-group; }
  tr { break-inside: avoid; }
}
`;
