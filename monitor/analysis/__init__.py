"""Pictures and videos handed in by a person → results, outside the daemon and the web process."""
