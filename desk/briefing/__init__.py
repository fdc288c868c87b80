"""BRIEFINGS: a sequence of views with notes and annotations that is made final, and then is never changed again."""
