# gpu_workload(NAME SOURCES...): a workload whose folder may hold cuda.cu and opencl.cpp, each made a shared object of its
# own where its compiler and headers are here: the program itself needs neither to start, and says what is missing.
find_package(CUDAToolkit QUIET)
if(CUDAToolkit_FOUND)
  if(NOT CMAKE_CUDA_COMPILER)
    set(CMAKE_CUDA_COMPILER ${CUDAToolkit_NVCC_EXECUTABLE})  # a short PATH has no nvcc
  endif()
  include(CheckLanguage)
  check_language(CUDA)
endif()
if(CMAKE_CUDA_COMPILER)
  # Oldest that every toolkit of now takes, and what it is measured on.
  if(NOT DEFINED CMAKE_CUDA_ARCHITECTURES)
    set(CMAKE_CUDA_ARCHITECTURES 75-virtual 90-real)
  endif()
  enable_language(CUDA)
else()
  message(STATUS "no CUDA compiler (nvcc): the GPU demos have no CUDA part")
endif()
find_package(OpenCL QUIET)  # ocl-icd-opencl-dev, opencl-headers
if(NOT OpenCL_FOUND)
  message(STATUS "no OpenCL (ocl-icd-opencl-dev, opencl-headers): the GPU demos have no OpenCL part")
endif()

# Parts lie beside what the tool itself loads into targets, never among the programs.
function(gpu_part name)
  add_library(${name} MODULE ${ARGN})
  target_compile_features(${name} PRIVATE cxx_std_20)
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR})
  set_target_properties(${name} PROPERTIES LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/lib/bottleneck
    CXX_VISIBILITY_PRESET hidden CUDA_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON)
  install(TARGETS ${name} LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}/bottleneck)
endfunction()

function(gpu_workload name)
  workload(${name} ${ARGN} ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/part.cpp)
  set_target_properties(${name} PROPERTIES BUILD_RPATH "$ORIGIN/../../lib/bottleneck" INSTALL_RPATH "$ORIGIN/..")
  if(CMAKE_CUDA_COMPILER)
    gpu_part(${name}-cuda cuda.cu)
    target_compile_options(${name}-cuda PRIVATE -O2 -g -lineinfo -Xcompiler=-fno-gnu-unique)  # so that it can be closed
    set_target_properties(${name}-cuda PROPERTIES CUDA_RUNTIME_LIBRARY Shared CUDA_STANDARD 20)
    target_link_libraries(${name}-cuda PRIVATE ${CMAKE_DL_LIBS})
    add_dependencies(${name} ${name}-cuda)
  endif()
  if(OpenCL_FOUND)
    gpu_part(${name}-opencl opencl.cpp ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/opencl.cpp)
    target_link_libraries(${name}-opencl PRIVATE workload_flags OpenCL::OpenCL)
    add_dependencies(${name} ${name}-opencl)
  endif()
endfunction()
