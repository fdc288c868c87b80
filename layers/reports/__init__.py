"""REPORTS. What is read without a program for maps: a map in one file, pictures, and reports.

In: an export. Out: HTML, SVG, PNG, PDF, PPTX and DOCX.
"""
