"""Transcripts of what learners did, and what it is worth.

`transcript` says what stands in one, `transcript_writing` writes it while somebody works, `transcript_reading` reads it within limits,
`marking` plays it again on a fresh engine and gives points with their reasons, `reports` tells them as text, JSON and JUnit's XML, and
`command` is `fakedocker grade`. A transcript is never believed: all that counts is what comes out when it is played.
"""
