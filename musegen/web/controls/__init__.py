"""The controls below the tabs: the shape of a piece, its band and its sound."""
