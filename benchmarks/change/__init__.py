"""Change, measured: alarms, completeness and the nowcast in made-up worlds and on two real editions, beside peers."""
