# Writes a file as a raw string of C++.
file(READ "${INPUT}" text)
file(WRITE "${OUTPUT}" "R\"page(${text})page\"\n")
