-- The role and the database of the webmail, the role of the backup, which reads, and that of the exporter; run at every start, so that a new password takes effect.
\set password `cat /run/secrets/postgresql/roundcube`
-- A statement that fails must not reach the log with the password in it.
SET log_min_error_statement = panic;
SELECT 'CREATE ROLE roundcube LOGIN'
 WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'roundcube') \gexec
ALTER ROLE roundcube PASSWORD :'password';
SELECT 'CREATE DATABASE roundcube OWNER roundcube'
 WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'roundcube') \gexec
\set password `cat /run/secrets/postgresql/backup`
SELECT 'CREATE ROLE backup LOGIN'
 WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'backup') \gexec
ALTER ROLE backup PASSWORD :'password';
GRANT pg_read_all_data TO backup;
-- The exporter of metrics: figures alone, no row of any table, and no password.
SELECT 'CREATE ROLE monitoring LOGIN'
 WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'monitoring') \gexec
GRANT pg_monitor TO monitoring;
