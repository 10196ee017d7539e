<?php

/** Mailboxes of organizations of which somebody is a delegate (R26): their addresses as senders, their folders in the list. */
class hopthu_delegate
{
    private rcmail $rcmail;

    public function __construct(rcmail $rcmail)
    {
        $this->rcmail = $rcmail;
    }

    /**
     * Offers as senders, beside the own address, those that the directory gives to this person, and no others (R28).
     *
     * @param string $own address of the person
     * @param string $dn  the person's entry
     */
    public function offer_senders(string $own, string $dn): void
    {
        $book = $this->rcmail->get_address_book('organizations');
        $found = $book->search('sendas', $dn, rcube_addressbook::SEARCH_STRICT);
        if (!$book->ready || !$found) {
            return;
        }
        $offered = [];
        foreach ($found as $organization) {
            $email = implode('', (array) $organization['email']);
            $offered[$email] = ['name' => implode('', (array) $organization['name']), 'email' => $email];
        }
        $user = $this->rcmail->user;
        foreach ($user->list_identities() as $identity) {
            $wanted = $offered[$identity['email']] ?? null;
            unset($offered[$identity['email']]);
            if ($identity['email'] === $own) {
                continue;
            }
            if ($wanted === null) {
                $user->delete_identity($identity['identity_id']);
            } elseif ($wanted['name'] !== $identity['name']) {
                $user->update_identity($identity['identity_id'], $wanted);
            }
        }
        foreach ($offered as $identity) {
            $user->insert_identity($identity + ['standard' => 0]);
        }
    }

    /** Shows the folders of a mailbox from the first login on; what is hidden by hand later stays so. */
    public function subscribe(): void
    {
        $storage = $this->rcmail->get_storage();
        $subscribed = $storage->list_folders_subscribed();
        foreach ($this->inboxes() as $inbox) {
            if (!in_array($inbox, $subscribed, true)) {
                $storage->subscribe($storage->list_folders_direct('', "{$inbox}*"));
            }
        }
    }

    /**
     * Keeps what is sent as an organization with what it sent, where the sender may write there; another folder that was
     * chosen by hand stays chosen.
     *
     * @param int $identity_id whose sender it is
     */
    public function keep_with_organization(int $identity_id): void
    {
        if (($_POST['_store_target'] ?? null) !== $this->rcmail->config->get('sent_mbox')) {
            return;
        }
        $identity = $this->rcmail->user->get_identity($identity_id);
        $inbox = $this->inboxes()[$identity['email'] ?? ''] ?? null;
        if ($inbox !== null && in_array('i', (array) $this->rcmail->get_storage()->my_rights($inbox), true)) {
            $_POST['_store_target'] = "{$inbox}/Sent";
        }
    }

    /** @return array<string, string> folders as IMAP spells them, by the address of the organization's mailbox */
    private function inboxes(): array
    {
        $inboxes = [];
        foreach ($this->rcmail->get_storage()->get_namespace('shared') ?? [] as [$prefix]) {
            $inbox = rtrim($prefix, '/');
            $inboxes[substr($inbox, strrpos($inbox, '/') + 1)] = $inbox;
        }

        return $inboxes;
    }
}
