"""`python -m holdfast_runner`."""

import sys

from holdfast_runner.main import main

sys.exit(main())
