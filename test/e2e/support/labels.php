<?php
// Prints every label of Roundcube and of the plugins in use, in English and as it is shown in Vietnamese.
$read = static function (string $file): array {
    $labels = $messages = [];
    if (is_file($file)) {
        include $file;
    }

    return $labels + $messages;
};
include '/etc/roundcube/config.inc.php';
$root = '/usr/share/roundcube';
$english = $package = $ours = [];
foreach (['labels', 'messages'] as $name) {
    $english += $read("$root/program/localization/en_US/$name.inc");
    $package += $read("$root/program/localization/vi_VN/$name.inc");
}
foreach ($config['plugins'] as $plugin) {
    foreach (['en_US', 'vi_VN'] as $language) {
        foreach ($read("$root/plugins/$plugin/localization/$language.inc") as $key => $text) {
            $language === 'en_US' ? $english["$plugin.$key"] = $text : $package["$plugin.$key"] = $text;
        }
    }
}
foreach (['corrections', 'labels', 'messages', 'plugins'] as $name) {
    $ours += $read("/var/lib/roundcube/plugins/hopthu/$name.inc");
}
echo json_encode(['english' => $english, 'vietnamese' => $ours + $package], JSON_UNESCAPED_UNICODE);
