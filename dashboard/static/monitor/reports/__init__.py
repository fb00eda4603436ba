"""Numbers written out for people: tables and pages."""
