<?php

/** Names of folders that Roundcube leaves as the server has them: the archive, and those of organizations' mailboxes (R26). */
class hopthu_folders
{
    private const LABELS = [
        'Archive' => 'archive.archivefolder',
        'Drafts' => 'drafts', 'Sent' => 'sent', 'Junk' => 'junk', 'Trash' => 'trash',
    ];

    /** Hooks `render_mailboxlist` and `render_folder_selector`: trees of folders. */
    public function in_tree(array $args): array
    {
        $args['list'] = $this->named($args['list']);

        return $args;
    }

    /** Hook `folders_list`: rows of the settings, ready-made. */
    public function in_settings(array $args): array
    {
        foreach ($args['list'] as $id => $row) {
            $label = $this->label((string) $id);
            if ($label !== null) {
                $was = '>' . $row['display'] . '<';
                $args['list'][$id]['content'] = str_replace($was, '>' . rcube::Q($label) . '<', $row['content']);
                $args['list'][$id]['display'] = rcube::Q($label);
            }
        }

        return $args;
    }

    private function named(array $folders): array
    {
        foreach ($folders as $key => $folder) {
            $folders[$key]['name'] = $this->label((string) ($folder['id'] ?? '')) ?? $folder['name'];
            if (!empty($folder['folders'])) {
                $folders[$key]['folders'] = $this->named($folder['folders']);
            }
        }

        return $folders;
    }

    /** At the top, or right below an organization's mailbox, which is two folders down; elsewhere people have named it so. */
    private function label(string $id): ?string
    {
        $parts = explode('/', $id);
        $known = self::LABELS[end($parts)] ?? null;
        if ($known === null || (count($parts) !== 1 && (count($parts) !== 3 || !$this->is_shared($id)))) {
            return null;
        }

        return rcmail::get_instance()->gettext($known);
    }

    private function is_shared(string $id): bool
    {
        $shared = rcmail::get_instance()->get_storage()->get_namespace('shared') ?? [];

        return array_any($shared, static fn (array $namespace): bool => str_starts_with($id, $namespace[0]));
    }
}
