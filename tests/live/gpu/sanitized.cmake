# The objects and the programs once more, with AddressSanitizer and with ThreadSanitizer. The fake stack and the
# drivers are as they always are.
set(inject ${PROJECT_SOURCE_DIR}/probes/inject)
file(GLOB cupti_sources CONFIGURE_DEPENDS ${inject}/cupti_*.cpp)
file(GLOB opencl_sources CONFIGURE_DEPENDS ${inject}/opencl_*.cpp)

function(add_sanitized kind name object_variable folder_variable sources program libraries)
  set(object ${name}_object_${kind})
  set(target ${name}_target_${kind})
  add_library(${object} MODULE ${sources} ${inject}/gpu_writer.cpp)
  add_executable(${target} ${program})
  target_link_libraries(${target} PRIVATE ${libraries})
  foreach(part ${object} ${target})
    target_include_directories(${part} PRIVATE ${PROJECT_SOURCE_DIR})
    target_compile_features(${part} PRIVATE cxx_std_20)
    target_compile_options(${part} PRIVATE -O1 -g -fno-sanitize=all -fsanitize=${kind})
    target_link_options(${part} PRIVATE -fno-sanitize=all -fsanitize=${kind} -rdynamic)
  endforeach()
  target_compile_options(${object} PRIVATE -fvisibility=hidden -fno-exceptions -fno-rtti -fno-threadsafe-statics)
  set_target_properties(${target} PROPERTIES SKIP_BUILD_RPATH ON)
  add_test(NAME gpu.${name}_under_${kind}_sanitizer COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/run_sanitized ${object_variable}
           $<TARGET_FILE:${object}> ${folder_variable} $<TARGET_FILE:${target}> ${ARGN})
  set_tests_properties(gpu.${name}_under_${kind}_sanitizer PROPERTIES LABELS live TIMEOUT 120 SKIP_RETURN_CODE 77
                       ENVIRONMENT "LD_LIBRARY_PATH=${PROJECT_BINARY_DIR}/tests/fake_gpu")
  add_dependencies(live_gpu ${object} ${target})
endfunction()

file(WRITE ${CMAKE_CURRENT_BINARY_DIR}/nothing.cpp "int main() {}\n")
foreach(kind address thread)
  execute_process(COMMAND ${CMAKE_CXX_COMPILER} -fsanitize=${kind} ${CMAKE_CURRENT_BINARY_DIR}/nothing.cpp
                  -o ${CMAKE_CURRENT_BINARY_DIR}/nothing RESULT_VARIABLE lacking OUTPUT_QUIET ERROR_QUIET)
  if(lacking)
    message(STATUS "live_gpu: this compiler has no -fsanitize=${kind}")
    continue()
  endif()
  add_sanitized(${kind} cupti CUDA_INJECTION64_PATH BOTTLENECK_CUPTI_TRACE "${cupti_sources}" cuda_target.cpp
                "fake_cudart;fake_cuda" pageable streamed graph tiny forks_late two_devices _exit)
  if(TARGET opencl_target AND TARGET bottleneck_opencl)
    add_sanitized(${kind} opencl OPENCL_LAYERS BOTTLENECK_OPENCL_TRACE "${opencl_sources}" opencl_target.cpp
                  "OpenCL::OpenCL;Threads::Threads" copied mapped threads tiny)
  endif()
endforeach()
