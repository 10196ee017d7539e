# Before the scripts of people: what rspamd takes for spam goes to Junk, and nobody answers it.
require ["fileinto"];
if header :is "X-Spam" "Yes" {
  fileinto "Junk";
  stop;
}
