# SPDX-License-Identifier: MIT
#
# cmake -P cmake/files.cmake: prints the sources that netprotoFiles.cmake lists, one a line; fails
# if one of them is absent, or if a source or an include folder of the tree is not listed.
cmake_minimum_required(VERSION 3.20)

get_filename_component(root "${CMAKE_CURRENT_LIST_DIR}" DIRECTORY)
include("${root}/netprotoFiles.cmake")

set(listed ${NETPROTO_SOURCES} ${NETPROTO_ZLIB_SOURCES} ${NETPROTO_INCLUDE_DIRS})
file(GLOB present
    "${root}/libnetproto/src/*.c" "${root}/protocols/*/src/*.c"
    "${root}/libnetproto/include" "${root}/protocols/*/include")
set(absent ${listed})
set(unlisted ${present})
list(REMOVE_ITEM absent ${present})
list(REMOVE_ITEM unlisted ${listed})
if(absent OR unlisted)
    message(FATAL_ERROR "netprotoFiles.cmake lists what is absent: ${absent}\n"
        "and does not list: ${unlisted}")
endif()

foreach(source IN LISTS NETPROTO_SOURCES)
    execute_process(COMMAND "${CMAKE_COMMAND}" -E echo "${source}")
endforeach()
