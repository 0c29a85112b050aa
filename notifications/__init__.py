"""The voice of the programme: letters to people who run services, and the bulletin for families."""
