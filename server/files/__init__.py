"""What a file is, found out from its content without harm to anybody, what it is called, and what a browser may do with it.

Three questions, three answers: `family` (what it is), `media_types` (the other two). Nothing here knows documents,
folders, or who may see them.
"""
