"""Everything kept: the only meeting point of daemon, jobs and pages."""
