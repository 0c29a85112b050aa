"""What tests share: a cast, databases, a post box, Prefect, a browser and a reader of pages."""
