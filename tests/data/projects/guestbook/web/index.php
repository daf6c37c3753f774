<?php
$name = getenv('GUESTBOOK') ?: 'nobody';
echo "Guestbook of " . $name;
