"""FEEDS. Files that come by themselves: watched folders, sources polled over HTTP, their schedule.

In: a folder or a list of sources. Out: receipts.
"""
