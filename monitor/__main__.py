"""`python -m monitor` is `plumbline`."""

from monitor.cli import main

main()
