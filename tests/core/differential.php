<?php
// The same as next_times.cpp, by dragonmantank/cron-expression.

declare(strict_types=1);

require '/usr/share/php/Cron/autoload.php';

while (($line = fgets(STDIN)) !== false) {
    [$text, $zone, $from, $count] = explode("\t", rtrim($line, "\n"));
    $times = [];
    try {
        $expression = new Cron\CronExpression($text);
        $expression->setMaxIterationCount(100000);
        $time = (new DateTimeImmutable('@' . $from))->setTimezone(new DateTimeZone($zone));
        for ($i = (int) $count; $i > 0; --$i) {
            $time = $expression->getNextRunDate($time, 0, false, $zone);
            $times[] = $time->getTimestamp();
        }
        echo implode(' ', $times), "\n";
    } catch (Throwable $error) {
        echo 'error: ', $error->getMessage(), "\n";
    }
}
