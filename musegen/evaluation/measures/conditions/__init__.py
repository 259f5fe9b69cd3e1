"""Whether draws are what they are asked to be: measures of the prior's conditions.

Each measure stands beside the same of people's own music; the one called ``chance`` is measured
against what another song was asked for.
"""
