"""Whether two ensembles of single writes leave their walls at the same places: on other cells or engines, say."""
