"""NETWORK. Journeys that explain the incidents.

Origins and destinations, candidate paths over land and sea, selection by description length, assignment of flow.

In: incidents, lines, assumptions. Out: segments with flow and direction.
"""
