<?php
// Sharmo's guide, "Timestamp Tolerance".
//
//   php sharmo-tolerance.php 't=1718000000,v1=…'    exits 0 when the timestamp is recent, 1 when it has expired, 2
//                                                   when the guide's code fails on the header
//   php -S 127.0.0.1:PORT sharmo-tolerance.php      answers 200 or 403 to requests with a Sharmo-Signature header

if (PHP_SAPI === 'cli') {
    $_SERVER['HTTP_SHARMO_SIGNATURE'] = $argv[1];
    // The guide's `exit` would end the program with status 0: what it answered decides.
    $status = 2;
    register_shutdown_function(function () use (&$status) {
        exit(http_response_code() === 403 ? 1 : $status);
    });
}

// --- guide
function isTimestampValid($timestamp, $tolerance = 300) {
    $now = time();
    return ($now - $timestamp) < $tolerance;
}
// In your webhook handler
$signatureParts = explode(',', $_SERVER['HTTP_SHARMO_SIGNATURE']);
$timestamp = substr(strstr($signatureParts[0], '='), 1);
if (!isTimestampValid($timestamp)) {
    http_response_code(403);
    echo 'Webhook timestamp expired';
    exit;
}
// --- end of guide

$status = 0;
echo 'Webhook received';
