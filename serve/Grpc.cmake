# The Open Inference Protocol over gRPC, for builds with -DTRANSEPT_GRPC=ON.
find_package(Protobuf REQUIRED)
find_package(gRPC CONFIG REQUIRED)
set(generated "${CMAKE_CURRENT_BINARY_DIR}/messages/generated")
set(proto "${CMAKE_CURRENT_SOURCE_DIR}/inference.proto")
file(MAKE_DIRECTORY "${generated}")
set(sources "${generated}/inference.pb.cc" "${generated}/inference.grpc.pb.cc")
add_custom_command(OUTPUT ${sources} "${generated}/inference.pb.h" "${generated}/inference.grpc.pb.h"
  COMMAND protobuf::protoc "--cpp_out=${generated}" "--grpc_out=${generated}"
          "--plugin=protoc-gen-grpc=$<TARGET_FILE:gRPC::grpc_cpp_plugin>"
          "--proto_path=${CMAKE_CURRENT_SOURCE_DIR}" "${proto}"
  DEPENDS "${proto}" VERBATIM)
add_library(transept_inference_messages STATIC ${sources})
target_include_directories(transept_inference_messages SYSTEM PUBLIC
  "${CMAKE_CURRENT_BINARY_DIR}/messages" "${generated}")
target_link_libraries(transept_inference_messages PUBLIC gRPC::grpc++ protobuf::libprotobuf)
target_compile_options(transept_inference_messages PRIVATE -w) # what protoc writes is not ours

add_library(transept_grpc STATIC GrpcServer.cpp InferMessages.cpp)
target_link_libraries(transept_grpc PUBLIC transept_service transept_inference_messages
  PRIVATE fmt::fmt Boost::headers)
target_link_libraries(transept-serve PRIVATE transept_grpc)
target_compile_definitions(transept_serve_flags PRIVATE TRANSEPT_GRPC)
target_compile_definitions(transept-serve PRIVATE TRANSEPT_GRPC)
