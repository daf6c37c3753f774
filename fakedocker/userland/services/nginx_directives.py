"""Which directives nginx knows: where each may stand, how many arguments it takes, whether it opens a block.

A table. Contexts: m main, e events, h http, s server, l location, i `if`, u upstream, t stream and mail. What is known
here but means nothing to a simulated server (buffers, timeouts, caches) is accepted, as nginx would.
"""

from __future__ import annotations

from typing import Final, NamedTuple


class Kind(NamedTuple):
    """A directive. `flag` is one whose argument is on or off; `repeats` one that may be given again in the same block."""

    contexts: frozenset[str]
    least: int
    most: int
    block: bool
    flag: bool
    repeats: bool


_UNBOUNDED: Final = 1_000_000
# Contexts; how many arguments (* for any number, on for a flag); { where it opens a block, r where it may be repeated; names.
_TABLE: Final = """
m       0    {   events http stream mail
m       on   -   daemon master_process pcre_jit
m       1    -   pid lock_file worker_rlimit_nofile worker_rlimit_core worker_priority worker_shutdown_timeout working_directory
m       1    -   worker_processes ssl_engine timer_resolution debug_points
m       1    r   env load_module
m       1-2  -   user
m       1-*  r   worker_cpu_affinity thread_pool
e       1    -   worker_connections worker_aio_requests use
e       on   -   multi_accept accept_mutex
e       1    -   accept_mutex_delay
mehslut 1    r   include
mhsl    1-*  r   error_log
h       0    {   types
h       2    {r  map split_clients
h       1-2  {r  geo
h       1    {r  upstream
h       0    {r  server
h       2-*  r   log_format
h       1-*  r   server_names_hash_max_size server_names_hash_bucket_size variables_hash_max_size variables_hash_bucket_size
h       1-*  r   map_hash_max_size map_hash_bucket_size limit_req_zone limit_conn_zone proxy_cache_path fastcgi_cache_path
h       1-*  r   proxy_headers_hash_max_size proxy_headers_hash_bucket_size
hs      1    -   client_header_buffer_size client_header_timeout connection_pool_size request_pool_size
hs      2    -   large_client_header_buffers
hs      on   -   ignore_invalid_headers merge_slashes underscores_in_headers ssl_prefer_server_ciphers ssl_session_tickets http2
hs      1-*  r   ssl_certificate ssl_certificate_key
hs      1    -   ssl_ciphers ssl_session_timeout ssl_dhparam ssl_ecdh_curve ssl_trusted_certificate ssl_client_certificate ssl_verify_client
hs      1    -   ssl_verify_depth ssl_buffer_size ssl_password_file http2_max_concurrent_streams
hs      1-*  r   ssl_protocols ssl_session_cache ssl_stapling ssl_stapling_verify ssl_conf_command
s       1-*  r   listen server_name
sl      1-2  {r  location
sl      1    {r  if
l       1    {r  limit_except
hsli    1    -   root default_type limit_rate limit_rate_after
l       1    -   alias
l       0    -   internal stub_status empty_gif
l       0-1  -   flv mp4
hsl     1-*  r   index
sl      2-*  -   try_files
hsli    2-*  r   error_page
hsli    1-4  r   access_log
hsli    on   -   autoindex sendfile
hsl     on   -   autoindex_exact_size autoindex_localtime tcp_nopush tcp_nodelay etag chunked_transfer_encoding absolute_redirect
hsl     on   -   port_in_redirect server_name_in_redirect reset_timedout_connection recursive_error_pages log_not_found log_subrequest
hsl     on   -   msie_padding msie_refresh gzip_vary proxy_intercept_errors proxy_pass_request_body proxy_pass_request_headers
hsl     on   -   proxy_ignore_client_abort proxy_ssl_server_name proxy_ssl_verify proxy_socket_keepalive sub_filter_once
hsl     on   -   real_ip_recursive proxy_cache_revalidate proxy_cache_lock proxy_cache_background_update if_modified_since_off
hsli    on   -   gzip
hsl     1    -   autoindex_format server_tokens send_timeout client_body_timeout client_body_buffer_size client_max_body_size
hsl     1    -   client_body_temp_path client_body_in_file_only keepalive_requests keepalive_time keepalive_disable sendfile_max_chunk
hsl     1    -   types_hash_max_size types_hash_bucket_size gzip_comp_level gzip_min_length gzip_http_version gzip_static if_modified_since
hsl     1    -   satisfy auth_basic auth_basic_user_file charset resolver_timeout output_buffers postpone_output read_ahead max_ranges
hsl     1    -   proxy_http_version proxy_connect_timeout proxy_read_timeout proxy_send_timeout proxy_buffer_size proxy_method proxy_cache
hsl     1    -   proxy_busy_buffers_size proxy_max_temp_file_size proxy_temp_file_write_size proxy_temp_path proxy_cache_key proxy_bind
hsl     1    -   proxy_request_buffering proxy_buffering proxy_next_upstream_tries proxy_next_upstream_timeout real_ip_header directio
hsl     1    -   proxy_ssl_name proxy_ssl_protocols proxy_cookie_domain proxy_cookie_path open_file_cache_valid open_file_cache_min_uses
hsl     1    -   open_file_cache_errors auth_request limit_conn_status limit_req_status mirror fastcgi_index fastcgi_read_timeout
hsl     1    -   fastcgi_connect_timeout fastcgi_send_timeout fastcgi_buffer_size client_body_in_single_buffer aio
hsl     1-2  -   keepalive_timeout expires open_file_cache gzip_buffers
hsl     2    -   proxy_buffers fastcgi_buffers fastcgi_split_path_info limit_conn
hsl     1-*  r   gzip_types gzip_proxied gzip_disable proxy_hide_header proxy_pass_header proxy_ignore_headers proxy_next_upstream
hsl     1-*  r   proxy_cache_valid proxy_cache_bypass proxy_no_cache proxy_cache_use_stale proxy_cache_methods resolver sub_filter_types
hsl     1-*  r   set_real_ip_from limit_req allow deny fastcgi_param fastcgi_hide_header uwsgi_param scgi_param charset_types
hsl     1-*  r   proxy_redirect fastcgi_split auth_request_set
hsl     2-*  r   proxy_set_header sub_filter
hsli    2-3  r   add_header add_trailer
li      1    -   proxy_pass fastcgi_pass uwsgi_pass scgi_pass grpc_pass memcached_pass
hsl     0    {   types
sli     1-2  r   return
sli     2-3  r   rewrite
sli     2    r   set
sli     0    -   break
sli     on   -   rewrite_log uninitialized_variable_warn
u       1-*  r   server
u       0    -   ip_hash least_conn
u       1-2  -   hash random zone keepalive
u       1    -   keepalive_timeout keepalive_requests keepalive_time
"""


def _read_table() -> dict[tuple[str, str], Kind]:
    """(context, name) -> the directive there."""
    found: dict[tuple[str, str], Kind] = {}
    for line in _TABLE.strip().splitlines():
        contexts, count, marks, *names = line.split()
        flag = count == "on"
        least, _, most = ("1", "", "1") if flag else count.partition("-")
        upper = _UNBOUNDED if most == "*" else int(most or least)
        kind = Kind(frozenset(contexts), int(least), upper, "{" in marks, flag, "r" in marks)
        found |= {(context, name): kind for context in contexts for name in names}
    return found


DIRECTIVES: Final = _read_table()
NAMES: Final = frozenset(name for _, name in DIRECTIVES)
CONTEXT_OF_BLOCK: Final = {
    "events": "e", "http": "h", "server": "s", "location": "l", "upstream": "u", "if": "i", "limit_except": "l",
    "stream": "t", "mail": "t",
}  # fmt: skip
FREE_BLOCKS: Final = frozenset({"types", "map", "geo", "split_clients"})
"""Blocks whose lines are no directives but entries."""
