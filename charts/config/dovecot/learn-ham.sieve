# Somebody moved a message out of Junk; what is thrown away says nothing of its sender.
require ["vnd.dovecot.pipe", "copy", "imapsieve", "environment"];
if environment :is "imap.mailbox" "Trash" {
  stop;
}
pipe :copy "learn" ["ham"];
