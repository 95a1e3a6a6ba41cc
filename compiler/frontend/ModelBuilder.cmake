#From descriptions to IR : the part of the front end that speaks MLIR, apart from the rest, which
#does not need it.
add_mlir_sources(transept_model_builder LIBRARIES transept_dialect_transept SOURCES
                 "${PROJECT_SOURCE_DIR}/compiler/frontend/ModelBuilder.cpp")
