# SPDX-License-Identifier: MIT
#
# Fuzz targets: one source, four ways to build it.
#
#   NETPROTO_FUZZ=replay     any compiler; a main that runs files; ctest fuzz/TARGET runs the corpus
#   NETPROTO_FUZZ=libfuzzer  clang
#   NETPROTO_FUZZ=afl        CC=afl-clang-fast: persistent mode, input in shared memory
#   NETPROTO_FUZZ=oss        what $LIB_FUZZING_ENGINE says, as OSS-Fuzz and ClusterFuzzLite set it;
#                            it takes LANGUAGES CXX, for the engine may be C++
#
# Flags that instrument the library go to all sources, the fuzzer's main to the targets alone.
if(NETPROTO_FUZZ STREQUAL "libfuzzer")
    add_compile_options(-fsanitize=fuzzer-no-link)
elseif(NETPROTO_FUZZ STREQUAL "afl" AND NOT CMAKE_C_COMPILER MATCHES "afl-")
    message(FATAL_ERROR "NETPROTO_FUZZ=afl takes -DCMAKE_C_COMPILER=afl-clang-fast")
elseif(NETPROTO_FUZZ STREQUAL "oss")
    if(NOT DEFINED ENV{LIB_FUZZING_ENGINE})
        message(FATAL_ERROR "NETPROTO_FUZZ=oss takes LIB_FUZZING_ENGINE in the environment")
    endif()
    enable_language(CXX)
    separate_arguments(netproto_fuzz_engine UNIX_COMMAND "$ENV{LIB_FUZZING_ENGINE}")
endif()

add_custom_target(fuzz) # all targets

# netproto_add_fuzzer(NAME SOURCE [LIBRARY...]): the program fuzz_NAME.
function(netproto_add_fuzzer name source)
    set(target fuzz_${name})
    add_executable(${target} ${source})
    target_link_libraries(${target} PRIVATE netproto-fuzz ${ARGN})
    add_dependencies(fuzz ${target})
    if(NETPROTO_FUZZ STREQUAL "replay")
        target_sources(${target} PRIVATE ${PROJECT_SOURCE_DIR}/fuzz/replay.c)
        target_compile_definitions(${target} PRIVATE _DEFAULT_SOURCE)
        set(inputs ${PROJECT_SOURCE_DIR}/fuzz/corpus/${name})
        if(EXISTS ${PROJECT_SOURCE_DIR}/fuzz/crashers/${name})
            list(APPEND inputs ${PROJECT_SOURCE_DIR}/fuzz/crashers/${name})
        endif()
        add_test(NAME fuzz/${name}
            COMMAND ${target} -g ${PROJECT_SOURCE_DIR}/fuzz/golden/${name}.txt ${inputs})
        set_tests_properties(fuzz/${name} PROPERTIES LABELS fuzz TIMEOUT 600)
    elseif(NETPROTO_FUZZ STREQUAL "oss")
        set_target_properties(${target} PROPERTIES LINKER_LANGUAGE CXX)
        target_link_libraries(${target} PRIVATE ${netproto_fuzz_engine})
    else()
        target_link_options(${target} PRIVATE -fsanitize=fuzzer)
    endif()
endfunction()
