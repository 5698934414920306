# The compute and memory kernels, each way they are compiled: with and without frame pointers, symbols, optimization.
# No other flag of the build reaches them: they are programs like any other, in every preset.
set(kernel_groups "stream_kernels,libc_kernels,compute_kernels,vector_kernels,memory_kernels")
set(kernel_sources targets/kernels_streams.c targets/kernels_libc.c targets/kernels_compute.c targets/kernels_vector.c
                   targets/kernels_memory.cpp)
set(corpus_kernels)

# corpus_add_kernels(NAME GROUPS "FLAG..." SOURCE...)
function(corpus_add_kernels name groups flags)
  add_executable(corpus_${name} targets/kernels_main.cpp ${ARGN})
  target_compile_features(corpus_${name} PRIVATE cxx_std_20)
  # Loops that copy stay loops; what memset and memcpy do is a kernel of its own.
  target_compile_options(corpus_${name} PRIVATE ${flags} -fno-sanitize=all
                         $<$<COMPILE_LANG_AND_ID:C,GNU>:-fno-tree-loop-distribute-patterns>
                         $<$<COMPILE_LANG_AND_ID:CXX,GNU>:-fno-tree-loop-distribute-patterns>)
  target_compile_options(corpus_${name} PRIVATE $<$<NOT:$<COMPILE_LANGUAGE:Fortran>>:-Wall -Wextra -Wshadow -Wconversion>)
  target_compile_definitions(corpus_${name} PRIVATE KERNEL_GROUPS=${groups})
  target_link_options(corpus_${name} PRIVATE -fno-sanitize=all)
  target_link_libraries(corpus_${name} PRIVATE Threads::Threads m)
  set_target_properties(corpus_${name} PROPERTIES OUTPUT_NAME ${name} LINKER_LANGUAGE CXX
                        RUNTIME_OUTPUT_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR}/targets)
  set(corpus_kernels ${corpus_kernels} corpus_${name} PARENT_SCOPE)
endfunction()

corpus_add_kernels(kernels_O2 ${kernel_groups} "-O2;-g" ${kernel_sources})
corpus_add_kernels(kernels_O3 ${kernel_groups} "-O3;-march=native;-g;-fno-omit-frame-pointer" ${kernel_sources})
corpus_add_kernels(kernels_O0 ${kernel_groups} "-O0;-g" ${kernel_sources})
corpus_add_kernels(kernels_stripped ${kernel_groups} "-O2;-g0;-fomit-frame-pointer" ${kernel_sources})
target_link_options(corpus_kernels_stripped PRIVATE -s)
corpus_add_kernels(heldout_O2 "heldout_kernels,heldout_more" "-O2;-g" targets/heldout_kernels.cpp
                   targets/heldout_more.cpp)
corpus_add_kernels(heldout_O3 "heldout_kernels,heldout_more" "-O3;-march=native;-g" targets/heldout_kernels.cpp
                   targets/heldout_more.cpp)

include(CheckLanguage)
check_language(Fortran)
if(CMAKE_Fortran_COMPILER)
  enable_language(Fortran)
  corpus_add_kernels(fortran_O2 fortran_kernels "-O2;-g" targets/kernels_fortran.c targets/kernels_fortran.f90)
  corpus_add_kernels(fortran_O3 fortran_kernels "-O3;-march=native;-g" targets/kernels_fortran.c targets/kernels_fortran.f90)
else()
  message(STATUS "No Fortran compiler: the corpus goes without its Fortran kernels")
endif()

find_program(rustc rustc)
if(rustc)
  set(rust_kernels ${CMAKE_CURRENT_BINARY_DIR}/targets/kernels_rust)
  add_custom_command(OUTPUT ${rust_kernels} DEPENDS targets/kernels_rust.rs
                     COMMAND ${rustc} -O -g -o ${rust_kernels} ${CMAKE_CURRENT_SOURCE_DIR}/targets/kernels_rust.rs)
  add_custom_target(corpus_kernels_rust ALL DEPENDS ${rust_kernels})
  list(APPEND corpus_kernels corpus_kernels_rust)
else()
  message(STATUS "No rustc: the corpus goes without its Rust kernels")
endif()
