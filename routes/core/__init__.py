"""CORE. The corridor and geometry on the sphere.

In: nothing of this product but values. Out: ``Corridor``, paths, distances in km.
"""
