<?php

require_once __DIR__ . '/hopthu_delegate.php';
require_once __DIR__ . '/hopthu_folders.php';

/** What Roundcube leaves in English in Vietnamese, a hint for the first login, and names from the directory. */
class hopthu extends rcube_plugin
{
    public function init()
    {
        $rcmail = rcmail::get_instance();
        if (($_SESSION['language'] ?? '') === 'vi_VN') {
            $this->load_vietnamese($rcmail);
        }
        if ($rcmail->output instanceof rcmail_output_html) {
            $this->include_stylesheet('contrast.css');
        }
        $folders = new hopthu_folders();
        $this->add_hook('render_mailboxlist', [$folders, 'in_tree']);
        $this->add_hook('render_folder_selector', [$folders, 'in_tree']);
        $this->add_hook('folders_list', [$folders, 'in_settings']);
        $this->add_hook('authenticate', [$this, 'in_our_domain']);
        $this->add_hook('storage_connect', [$this, 'tell_browser']);
        $this->add_hook('login_after', [$this, 'as_the_directory_says']);
        $this->add_hook('login_failed', [$this, 'tell_password_is_over']);
        $this->add_hook('ready', [$this, 'leave_with_former_password']);
        $this->add_hook('startup', [$this, 'keep_sent']);
        $this->add_hook('template_object_license', [$this, 'license']);
        if ($rcmail->task === 'login') {
            $change = html::a($this->password_page($rcmail), rcube::Q($rcmail->gettext('hopthu.changepassword')));
            $profile = html::a('profile.mobileconfig', rcube::Q($rcmail->gettext('hopthu.profile')));
            $this->api->add_content(
                html::p('hint', rcube::Q($rcmail->gettext('hopthu.firstlogin')) . ' ' . $change) . html::p('hint', $profile),
                'loginfooter'
            );
        }
    }

    private function load_vietnamese(rcmail $rcmail): void
    {
        $texts = [];
        foreach (['corrections', 'labels', 'messages', 'plugins'] as $name) {
            $texts = rcube::read_localization_file("{$this->home}/{$name}.inc", $texts);
        }
        $rcmail->load_language(null, [], $texts);
        // Handed to the browser before any plugin is asked.
        $rcmail->output->add_label('alerttitle', 'confirmationtitle', 'continue', 'ok');
    }

    /** One person is one account with its settings, whichever of the domains is in the name. */
    public function in_our_domain(array $args): array
    {
        $config = rcmail::get_instance()->config;
        [$name, $domain] = array_pad(explode('@', $args['user'], 2), 2, '');
        if (in_array(strtolower($domain), $config->get('hopthu_former_domains', []), true)) {
            $args['user'] = $name . '@' . $config->get('username_domain');
        }

        return $args;
    }

    /** Tells before the login at which address the browser is, signed: guessing is counted by it, not by the webmail's. */
    public function tell_browser(array $args): array
    {
        $address = $_SERVER['REMOTE_ADDR'];
        $signature = hash_hmac('sha256', $address, file_get_contents('/run/secrets/origin/key'));
        $args['preauth_ident'] = ['x-hopthu-client' => "{$address} {$signature}"];

        return $args;
    }

    /**
     * Gives the sender the name and organization that stand in the directory, and a delegate the mailboxes of
     * organizations: at the first login and after every change. A directory that does not answer keeps nobody out.
     */
    public function as_the_directory_says(array $args): array
    {
        $rcmail = rcmail::get_instance();
        $identity = $rcmail->user->get_identity();
        $directory = $rcmail->get_address_book('directory');
        $found = $directory ? $directory->search('email', $identity['email'], rcube_addressbook::SEARCH_STRICT) : null;
        $delegate = new hopthu_delegate($rcmail);
        if ($found && $found->count === 1) {
            $person = $found->first();
            $said = array_map(
                static fn (string $field): string => implode(' ', (array) ($person[$field] ?? '')),
                ['name' => 'name', 'organization' => 'organization']
            );
            if (array_diff_assoc($said, $identity)) {
                $rcmail->user->update_identity($identity['identity_id'], $said);
            }
            $delegate->offer_senders($identity['email'], rcube_ldap::dn_decode($person['ID']));
        }
        $delegate->subscribe();

        return $args;
    }

    /** Dovecot says so to whoever gave the right password, and to nobody else (R25). */
    public function tell_password_is_over(array $args): array
    {
        $rcmail = rcmail::get_instance();
        if (str_contains((string) $rcmail->get_storage()->conn->result, $rcmail->config->get('hopthu_password_page'))) {
            $page = html::a($this->password_page($rcmail), rcube::Q($rcmail->gettext('hopthu.changepassword')));
            $text = rcube::Q($rcmail->gettext('hopthu.passwordover'));
            $rcmail->output->show_message("{$text} {$page}", 'warning', null, true, 60);
        }

        return $args;
    }

    /** A session whose password was changed elsewhere ends with the next page (R42); what is being typed on one that is open is not lost. */
    public function leave_with_former_password(array $args): array
    {
        $rcmail = rcmail::get_instance();
        $output = $rcmail->output;
        if ($args['task'] !== 'mail' || $output->ajax_call || $output->get_env('framed') || $rcmail->storage_connect()) {
            return $args;
        }
        if (in_array($rcmail->get_storage()->conn->resultcode, ['AUTHENTICATIONFAILED', 'CONTACTADMIN'], true)) {
            $rcmail->kill_session();
            $output->redirect(['_task' => 'login', '_err' => 'session']);
        }

        return $args;
    }

    private function password_page(rcmail $rcmail): array
    {
        return ['href' => $rcmail->config->get('hopthu_password_page'), 'class' => 'change-password'];
    }

    public function keep_sent(array $args): array
    {
        if ($args['task'] === 'mail' && $args['action'] === 'send') {
            $sender = rcube_utils::get_input_string('_from', rcube_utils::INPUT_POST);
            (new hopthu_delegate(rcmail::get_instance()))->keep_with_organization((int) $sender);
        }

        return $args;
    }

    /** Roundcube has this sentence in English only. */
    public function license(array $args): array
    {
        $args['content'] = rcmail::get_instance()->gettext('hopthu.license');

        return $args;
    }
}
