"""What people look at: charts, the table in plain words, the map of a firm. Frames in, pictures and text out."""
