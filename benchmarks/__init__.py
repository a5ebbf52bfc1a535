"""How quick Holdfast is beside the least that such an application could do, measured in one run."""
