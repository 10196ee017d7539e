/** What is used of pdfmake 0.3, which brings no types. */
declare module 'pdfmake' {
  type Faces = {
    readonly normal: string;
    readonly bold: string;
    readonly italics: string;
    readonly bolditalics: string;
  };
  const pdfmake: {
    setFonts(fonts: Readonly<Record<string, Faces>>): void;
    setUrlAccessPolicy(allows: (url: string) => boolean): void;
    setLocalAccessPolicy(allows: (path: string) => boolean): void;
    createPdf(definition: Readonly<Record<string, unknown>>): { getBuffer(): Promise<Buffer> };
  };
  export default pdfmake;
}
