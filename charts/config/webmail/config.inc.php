<?php
// Roundcube. Only what differs from /etc/roundcube/defaults.inc.php.

$secret = static fn (string $path): string => file_get_contents("/run/secrets/$path");
$verified = ['ssl' => ['cafile' => '/run/ca/ca.crt', 'verify_peer' => true, 'verify_peer_name' => true]];
$config = [];

// TLS to PostgreSQL is asked for by PGSSLMODE and PGSSLROOTCERT: a DSN of Roundcube cannot say it.
$config['db_dsnw'] = 'pgsql://roundcube:' . rawurlencode($secret('webmail/roundcube'))
    . '@{{databaseHost}}:{{databasePort}}/roundcube';

$config['imap_host'] = '{{imapUrl}}';
$config['imap_auth_type'] = 'PLAIN';
$config['imap_conn_options'] = $verified;

// Mail leaves with the person's own login, so that Postfix knows the sender.
$config['smtp_host'] = '{{smtpUrl}}';
$config['smtp_user'] = '%u';
$config['smtp_pass'] = '%p';
$config['smtp_auth_type'] = 'PLAIN';
$config['smtp_conn_options'] = $verified;
$config['smtp_helo_host'] = '{{webmailHost}}';

$config['managesieve_host'] = '{{sieveUrl}}';
$config['managesieve_auth_type'] = 'PLAIN';
$config['managesieve_conn_options'] = $verified;
$config['managesieve_vacation'] = 1;
// No forwarding out of the domain (R33): no redirect, and no raw script to write one in.
$config['managesieve_disabled_actions'] = ['redirect', 'list_sets', 'new_set', 'delete_set', 'download_set'];
$config['managesieve_disabled_extensions'] = ['enotify', 'notify'];
$config['managesieve_raw_editor'] = false;
$config['managesieve_forward'] = 0;

// The mail directory (R4).
$config['ldap_public']['directory'] = [
    'name' => 'Danh bạ thư điện tử',
    'hosts' => ['{{readersUrl}}'],
    'ldap_version' => 3,
    'base_dn' => 'ou=mailboxes,{{suffix}}',
    'bind_dn' => '{{bindDn}}',
    'bind_pass' => $secret('ldap/password'),
    'scope' => 'list',
    'filter' => '(&(objectClass=hopThuMailbox)(hopThuStatus=Active))',
    'search_fields' => ['name', 'email', 'jobtitle', 'organization'],
    'fuzzy_search' => true,
    'sort' => 'cn',
    'sizelimit' => 1000,
    'timelimit' => 10,
    'writable' => false,
    // Another attribute of the name is searched and never read: with it "binh" finds Bình, and "so noi vu" the people of Sở Nội vụ.
    'fieldmap' => [
        'name' => 'cn', 'name:folded' => 'hopThuSearchName',
        'email' => 'mail', 'jobtitle' => 'title', 'organization' => 'o',
    ],
];
// Not shown: asked at login for the organizations whose addresses a delegate may send under (R26).
$config['ldap_public']['organizations'] = [
    'name' => 'Cơ quan',
    'hidden' => true,
    'fieldmap' => ['name' => 'cn', 'email' => 'mail', 'sendas' => 'hopThuSendAs'],
] + $config['ldap_public']['directory'];
$config['autocomplete_addressbooks'] = ['directory', 'sql'];
$config['autocomplete_min_length'] = 2;
$config['addressbook_search_mods'] = ['name' => 1, 'email' => 1, 'jobtitle' => 1, 'organization' => 1];
$config['contactlist_fields'] = ['name', 'email'];
$config['contact_search_name'] = '{name} <{email}> {organization}';
$config['addressbook_sort_col'] = 'name';
$config['contact_form_mode'] = 'business';

// "ntbinh" alone logs in as ntbinh@{{domain}}.
$config['username_domain'] = '{{domain}}';
$config['mail_domain'] = '{{domain}}';
// So does whoever gives a former domain.
$config['hopthu_former_domains'] = {{formerDomains}};
$config['login_lc'] = 2;
$config['hopthu_password_page'] = '{{passwordPath}}';
// Identities whose names and addresses come from the directory: nobody writes as somebody else (R28).
$config['identities_level'] = 4;

$config['des_key'] = $secret('webmail/des-key');
// 24 characters are exactly the key of AES-192.
$config['cipher_method'] = 'AES-192-GCM';
$config['use_https'] = true;
$config['session_name'] = '__Host-hopthu_session';
$config['session_auth_name'] = '__Host-hopthu_auth';
$config['session_samesite'] = 'Lax';
$config['session_lifetime'] = 30;
$config['trusted_host_patterns'] = ['^{{webmailHostPattern}}$'];
$config['useragent'] = 'Hop Thu';

$config['plugins'] = [
    // First: what it says in Vietnamese is not replaced by those that follow.
    'hopthu',
    'archive', 'attachment_reminder', 'database_attachments', 'managesieve', 'markasjunk', 'newmail_notifier', 'password',
    'zipdownload',
];
// Which pod answers next is open, so what is uploaded lies in the database, too. Half a day is the plugin's own measure.
$config['database_attachments_cache'] = 'db';
$config['archive_mbox'] = 'Archive';
$config['archive_type'] = 'year';

// A person's own change (R25): slapd judges, by the person's own login.
$config['password_driver'] = 'ldap_exop';
$config['password_ldap_host'] = '{{directoryUrl}}';
$config['password_ldap_searchDN'] = '{{bindDn}}';
$config['password_ldap_searchPW'] = $secret('ldap/password');
$config['password_ldap_search_base'] = 'ou=mailboxes,{{suffix}}';
$config['password_ldap_search_filter'] = '(&(objectClass=hopThuMailbox)(hopThuStatus=Active)(mail=%login))';
$config['password_confirm_current'] = true;
$config['password_minimum_length'] = {{passwordLength}};
$config['skin'] = 'elastic';
$config['product_name'] = {{productName}};
$config['display_product_info'] = 1;
$config['language'] = 'vi_VN';
$config['timezone'] = 'Asia/Ho_Chi_Minh';
$config['date_format'] = 'd/m/Y';
$config['date_long'] = 'd/m/Y H:i';
// Folders as Dovecot makes them, one language and one time zone for all: nothing to choose.
$config['dont_override'] = [
    'language', 'skin', 'timezone', 'show_real_foldernames', 'drafts_mbox', 'sent_mbox', 'junk_mbox', 'trash_mbox', 'archive_mbox',
];
// Nothing is asked of servers outside.
$config['keyservers'] = [];

// R31: one attachment is limited by PHP (php-fpm.conf), the whole message here and by Postfix.
$config['max_message_size'] = {{messageBytes}};

$config['temp_dir'] = '/tmp';
$config['log_driver'] = 'stdout';
$config['log_logins'] = true;
