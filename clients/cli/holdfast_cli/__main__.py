"""`python -m holdfast_cli`, where the command itself is not on the path."""

import sys

from holdfast_cli.main import main

sys.exit(main())
