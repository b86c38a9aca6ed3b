# SPDX-License-Identifier: MIT
#
# The sources of the core and of every protocol, for firmware and for builds of your own:
#
#     include(libnetproto/netprotoFiles.cmake)
#     add_executable(firmware main.c ${NETPROTO_CORE_SOURCES} ${NETPROTO_TFTP_SOURCES})
#     target_include_directories(firmware PRIVATE ${NETPROTO_INCLUDE_DIRS})
#
# They are C11, need no option, and use nothing of libc but string.h. A protocol needs the core
# and no other protocol.

set(NETPROTO_CORE_SOURCES
    ${CMAKE_CURRENT_LIST_DIR}/libnetproto/src/addr.c
    ${CMAKE_CURRENT_LIST_DIR}/libnetproto/src/arena.c
    ${CMAKE_CURRENT_LIST_DIR}/libnetproto/src/base64.c
    ${CMAKE_CURRENT_LIST_DIR}/libnetproto/src/crc.c
    ${CMAKE_CURRENT_LIST_DIR}/libnetproto/src/frame.c
    ${CMAKE_CURRENT_LIST_DIR}/libnetproto/src/frame_delim.c
    ${CMAKE_CURRENT_LIST_DIR}/libnetproto/src/frame_length.c
    ${CMAKE_CURRENT_LIST_DIR}/libnetproto/src/frame_send.c
    ${CMAKE_CURRENT_LIST_DIR}/libnetproto/src/frame_stuffed.c
    ${CMAKE_CURRENT_LIST_DIR}/libnetproto/src/hash.c
    ${CMAKE_CURRENT_LIST_DIR}/libnetproto/src/line.c
    ${CMAKE_CURRENT_LIST_DIR}/libnetproto/src/link.c
    ${CMAKE_CURRENT_LIST_DIR}/libnetproto/src/netp.c
    ${CMAKE_CURRENT_LIST_DIR}/libnetproto/src/netrc.c
    ${CMAKE_CURRENT_LIST_DIR}/libnetproto/src/proxy.c
    ${CMAKE_CURRENT_LIST_DIR}/libnetproto/src/socks5.c
    ${CMAKE_CURRENT_LIST_DIR}/libnetproto/src/text.c
    ${CMAKE_CURRENT_LIST_DIR}/libnetproto/src/url.c
    ${CMAKE_CURRENT_LIST_DIR}/libnetproto/src/url_chars.c
    ${CMAKE_CURRENT_LIST_DIR}/libnetproto/src/url_encode.c
    ${CMAKE_CURRENT_LIST_DIR}/libnetproto/src/url_host.c
    ${CMAKE_CURRENT_LIST_DIR}/libnetproto/src/url_resolve.c)

set(NETPROTO_HTTP_SOURCES
    ${CMAKE_CURRENT_LIST_DIR}/protocols/http/src/http1.c
    ${CMAKE_CURRENT_LIST_DIR}/protocols/http/src/http1_body.c
    ${CMAKE_CURRENT_LIST_DIR}/protocols/http/src/http1_framing.c
    ${CMAKE_CURRENT_LIST_DIR}/protocols/http/src/http1_head.c
    ${CMAKE_CURRENT_LIST_DIR}/protocols/http/src/http1_queue.c
    ${CMAKE_CURRENT_LIST_DIR}/protocols/http/src/http1_send.c
    ${CMAKE_CURRENT_LIST_DIR}/protocols/http/src/http1_target.c
    ${CMAKE_CURRENT_LIST_DIR}/protocols/http/src/http_accept.c
    ${CMAKE_CURRENT_LIST_DIR}/protocols/http/src/http_auth.c
    ${CMAKE_CURRENT_LIST_DIR}/protocols/http/src/http_auth_choose.c
    ${CMAKE_CURRENT_LIST_DIR}/protocols/http/src/http_cgi.c
    ${CMAKE_CURRENT_LIST_DIR}/protocols/http/src/http_cgi_env.c
    ${CMAKE_CURRENT_LIST_DIR}/protocols/http/src/http_cgi_field.c
    ${CMAKE_CURRENT_LIST_DIR}/protocols/http/src/http_cgi_path.c
    ${CMAKE_CURRENT_LIST_DIR}/protocols/http/src/http_chars.c
    ${CMAKE_CURRENT_LIST_DIR}/protocols/http/src/http_coding_name.c
    ${CMAKE_CURRENT_LIST_DIR}/protocols/http/src/http_cookie.c
    ${CMAKE_CURRENT_LIST_DIR}/protocols/http/src/http_cookie_date.c
    ${CMAKE_CURRENT_LIST_DIR}/protocols/http/src/http_cookie_format.c
    ${CMAKE_CURRENT_LIST_DIR}/protocols/http/src/http_date.c
    ${CMAKE_CURRENT_LIST_DIR}/protocols/http/src/http_digest.c
    ${CMAKE_CURRENT_LIST_DIR}/protocols/http/src/http_digest_client.c
    ${CMAKE_CURRENT_LIST_DIR}/protocols/http/src/http_digest_server.c
    ${CMAKE_CURRENT_LIST_DIR}/protocols/http/src/http_disposition.c
    ${CMAKE_CURRENT_LIST_DIR}/protocols/http/src/http_etag.c
    ${CMAKE_CURRENT_LIST_DIR}/protocols/http/src/http_form.c
    ${CMAKE_CURRENT_LIST_DIR}/protocols/http/src/http_form_data.c
    ${CMAKE_CURRENT_LIST_DIR}/protocols/http/src/http_form_pair.c
    ${CMAKE_CURRENT_LIST_DIR}/protocols/http/src/http_head.c
    ${CMAKE_CURRENT_LIST_DIR}/protocols/http/src/http_jar.c
    ${CMAKE_CURRENT_LIST_DIR}/protocols/http/src/http_jar_file.c
    ${CMAKE_CURRENT_LIST_DIR}/protocols/http/src/http_jar_get.c
    ${CMAKE_CURRENT_LIST_DIR}/protocols/http/src/http_jar_store.c
    ${CMAKE_CURRENT_LIST_DIR}/protocols/http/src/http_length.c
    ${CMAKE_CURRENT_LIST_DIR}/protocols/http/src/http_link.c
    ${CMAKE_CURRENT_LIST_DIR}/protocols/http/src/http_list.c
    ${CMAKE_CURRENT_LIST_DIR}/protocols/http/src/http_media.c
    ${CMAKE_CURRENT_LIST_DIR}/protocols/http/src/http_multipart.c
    ${CMAKE_CURRENT_LIST_DIR}/protocols/http/src/http_multipart_write.c
    ${CMAKE_CURRENT_LIST_DIR}/protocols/http/src/http_mime.c
    ${CMAKE_CURRENT_LIST_DIR}/protocols/http/src/http_precondition.c
    ${CMAKE_CURRENT_LIST_DIR}/protocols/http/src/http_range.c
    ${CMAKE_CURRENT_LIST_DIR}/protocols/http/src/http_ranges.c
    ${CMAKE_CURRENT_LIST_DIR}/protocols/http/src/http_repr_digest.c
    ${CMAKE_CURRENT_LIST_DIR}/protocols/http/src/http_redirect.c
    ${CMAKE_CURRENT_LIST_DIR}/protocols/http/src/http_resume.c
    ${CMAKE_CURRENT_LIST_DIR}/protocols/http/src/http_retry.c
    ${CMAKE_CURRENT_LIST_DIR}/protocols/http/src/http_robots.c
    ${CMAKE_CURRENT_LIST_DIR}/protocols/http/src/http_scan.c
    ${CMAKE_CURRENT_LIST_DIR}/protocols/http/src/http_status.c
    ${CMAKE_CURRENT_LIST_DIR}/protocols/http/src/http_time.c
    ${CMAKE_CURRENT_LIST_DIR}/protocols/http/src/http_value.c)

set(NETPROTO_MODBUS_SOURCES
    ${CMAKE_CURRENT_LIST_DIR}/protocols/modbus/src/modbus_ascii.c
    ${CMAKE_CURRENT_LIST_DIR}/protocols/modbus/src/modbus_client.c
    ${CMAKE_CURRENT_LIST_DIR}/protocols/modbus/src/modbus_client_input.c
    ${CMAKE_CURRENT_LIST_DIR}/protocols/modbus/src/modbus_client_ops.c
    ${CMAKE_CURRENT_LIST_DIR}/protocols/modbus/src/modbus_gateway.c
    ${CMAKE_CURRENT_LIST_DIR}/protocols/modbus/src/modbus_head.c
    ${CMAKE_CURRENT_LIST_DIR}/protocols/modbus/src/modbus_map.c
    ${CMAKE_CURRENT_LIST_DIR}/protocols/modbus/src/modbus_map_files.c
    ${CMAKE_CURRENT_LIST_DIR}/protocols/modbus/src/modbus_map_identify.c
    ${CMAKE_CURRENT_LIST_DIR}/protocols/modbus/src/modbus_map_uncommon.c
    ${CMAKE_CURRENT_LIST_DIR}/protocols/modbus/src/modbus_mbap.c
    ${CMAKE_CURRENT_LIST_DIR}/protocols/modbus/src/modbus_put.c
    ${CMAKE_CURRENT_LIST_DIR}/protocols/modbus/src/modbus_record.c
    ${CMAKE_CURRENT_LIST_DIR}/protocols/modbus/src/modbus_request.c
    ${CMAKE_CURRENT_LIST_DIR}/protocols/modbus/src/modbus_request_parse.c
    ${CMAKE_CURRENT_LIST_DIR}/protocols/modbus/src/modbus_request_uncommon.c
    ${CMAKE_CURRENT_LIST_DIR}/protocols/modbus/src/modbus_request_write.c
    ${CMAKE_CURRENT_LIST_DIR}/protocols/modbus/src/modbus_response.c
    ${CMAKE_CURRENT_LIST_DIR}/protocols/modbus/src/modbus_response_parse.c
    ${CMAKE_CURRENT_LIST_DIR}/protocols/modbus/src/modbus_response_uncommon.c
    ${CMAKE_CURRENT_LIST_DIR}/protocols/modbus/src/modbus_response_write.c
    ${CMAKE_CURRENT_LIST_DIR}/protocols/modbus/src/modbus_rtu.c
    ${CMAKE_CURRENT_LIST_DIR}/protocols/modbus/src/modbus_server.c
    ${CMAKE_CURRENT_LIST_DIR}/protocols/modbus/src/modbus_server_ascii.c
    ${CMAKE_CURRENT_LIST_DIR}/protocols/modbus/src/modbus_server_diagnostics.c
    ${CMAKE_CURRENT_LIST_DIR}/protocols/modbus/src/modbus_server_ops.c
    ${CMAKE_CURRENT_LIST_DIR}/protocols/modbus/src/modbus_server_rtu.c
    ${CMAKE_CURRENT_LIST_DIR}/protocols/modbus/src/modbus_text.c
    ${CMAKE_CURRENT_LIST_DIR}/protocols/modbus/src/modbus_type.c)

set(NETPROTO_SNTP_SOURCES
    ${CMAKE_CURRENT_LIST_DIR}/protocols/sntp/src/sntp_client.c
    ${CMAKE_CURRENT_LIST_DIR}/protocols/sntp/src/sntp_mac.c
    ${CMAKE_CURRENT_LIST_DIR}/protocols/sntp/src/sntp_measure.c
    ${CMAKE_CURRENT_LIST_DIR}/protocols/sntp/src/sntp_packet.c
    ${CMAKE_CURRENT_LIST_DIR}/protocols/sntp/src/sntp_rate.c
    ${CMAKE_CURRENT_LIST_DIR}/protocols/sntp/src/sntp_select.c
    ${CMAKE_CURRENT_LIST_DIR}/protocols/sntp/src/sntp_server.c
    ${CMAKE_CURRENT_LIST_DIR}/protocols/sntp/src/sntp_time.c
    ${CMAKE_CURRENT_LIST_DIR}/protocols/sntp/src/sntp_unfit.c)

set(NETPROTO_TFTP_SOURCES
    ${CMAKE_CURRENT_LIST_DIR}/protocols/tftp/src/tftp.c
    ${CMAKE_CURRENT_LIST_DIR}/protocols/tftp/src/tftp_client.c
    ${CMAKE_CURRENT_LIST_DIR}/protocols/tftp/src/tftp_input.c
    ${CMAKE_CURRENT_LIST_DIR}/protocols/tftp/src/tftp_netascii.c
    ${CMAKE_CURRENT_LIST_DIR}/protocols/tftp/src/tftp_options.c
    ${CMAKE_CURRENT_LIST_DIR}/protocols/tftp/src/tftp_packet.c
    ${CMAKE_CURRENT_LIST_DIR}/protocols/tftp/src/tftp_receive.c
    ${CMAKE_CURRENT_LIST_DIR}/protocols/tftp/src/tftp_send.c
    ${CMAKE_CURRENT_LIST_DIR}/protocols/tftp/src/tftp_server.c
    ${CMAKE_CURRENT_LIST_DIR}/protocols/tftp/src/tftp_timer.c)

# What needs zlib beside string.h. Not in NETPROTO_SOURCES.
set(NETPROTO_ZLIB_SOURCES
    ${CMAKE_CURRENT_LIST_DIR}/protocols/http/src/http_coding.c
    ${CMAKE_CURRENT_LIST_DIR}/protocols/http/src/http_coding_decode.c
    ${CMAKE_CURRENT_LIST_DIR}/protocols/http/src/http_coding_encode.c
    ${CMAKE_CURRENT_LIST_DIR}/protocols/http/src/http_coding_frame.c)

# All of the above but zlib's.
set(NETPROTO_SOURCES
    ${NETPROTO_CORE_SOURCES}
    ${NETPROTO_HTTP_SOURCES}
    ${NETPROTO_MODBUS_SOURCES}
    ${NETPROTO_SNTP_SOURCES}
    ${NETPROTO_TFTP_SOURCES})

set(NETPROTO_INCLUDE_DIRS
    ${CMAKE_CURRENT_LIST_DIR}/libnetproto/include
    ${CMAKE_CURRENT_LIST_DIR}/protocols/http/include
    ${CMAKE_CURRENT_LIST_DIR}/protocols/modbus/include
    ${CMAKE_CURRENT_LIST_DIR}/protocols/sntp/include
    ${CMAKE_CURRENT_LIST_DIR}/protocols/tftp/include)
