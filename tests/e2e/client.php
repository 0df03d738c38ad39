<?php
// A web application: creates a job through PDO or the SQLite3 class, prints its token, and polls until it has ended.
// php client.php pdo|sqlite3 DATABASE COMMAND-AS-JSON

[, $way, $file, $command] = $argv;

if ($way === 'pdo') {
    $db = new PDO("sqlite:$file", null, null, [PDO::ATTR_ERRMODE => PDO::ERRMODE_EXCEPTION]);
    $db->exec('PRAGMA wal_autocheckpoint = 0');
    $db->beginTransaction();
    $db->prepare('INSERT INTO job (command, created_by) VALUES (?, ?)')->execute([$command, 'shop']);
    $query = $db->prepare('SELECT token FROM job WHERE id = ?');
    $query->execute([$db->lastInsertId()]);
    $token = $query->fetchColumn();
    $query->closeCursor(); // an open cursor would keep this connection in the past
    $db->commit();
    $poll = function () use ($db, $token) {
        $query = $db->prepare('SELECT state, progress, progress_text, reason FROM job WHERE token = ?');
        $query->execute([$token]);
        $row = $query->fetch(PDO::FETCH_ASSOC);
        $query->closeCursor();
        return $row;
    };
} else {
    $db = new SQLite3($file);
    $db->enableExceptions(true);
    $db->busyTimeout(10000);
    $db->exec('PRAGMA wal_autocheckpoint = 0');
    $db->exec('BEGIN IMMEDIATE');
    $insert = $db->prepare('INSERT INTO job (command, created_by) VALUES (?, ?)');
    $insert->bindValue(1, $command);
    $insert->bindValue(2, 'shop');
    $insert->execute();
    $token = $db->querySingle('SELECT token FROM job WHERE id = ' . $db->lastInsertRowID());
    $db->exec('COMMIT');
    $poll = function () use ($db, $token) {
        $query = $db->prepare('SELECT state, progress, progress_text, reason FROM job WHERE token = ?');
        $query->bindValue(1, $token);
        return $query->execute()->fetchArray(SQLITE3_ASSOC);
    };
}

echo "$token\n";
fflush(STDOUT);

$seen = [];
$until = microtime(true) + 120;
do {
    $row = $poll();
    $seen[$row['state']] = $row;
    usleep(20000);
} while (!in_array($row['state'], ['completed', 'failed', 'cancelled', 'invalid']) && microtime(true) < $until);
echo json_encode(['token' => $token, 'last' => $row, 'seen' => array_keys($seen)]), "\n";
