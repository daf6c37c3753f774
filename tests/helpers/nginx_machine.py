"""The files of nginx's image that its server needs."""

from __future__ import annotations

MAIN = """user  nginx;
worker_processes  auto;
error_log  /var/log/nginx/error.log notice;
pid        /var/run/nginx.pid;
events { worker_connections  1024; }
http {
    include       /etc/nginx/mime.types;
    default_type  application/octet-stream;
    log_format  main  '$remote_addr - $remote_user [$time_local] "$request" '
                      '$status $body_bytes_sent "$http_referer" '
                      '"$http_user_agent" "$http_x_forwarded_for"';
    access_log  /var/log/nginx/access.log  main;
    include /etc/nginx/conf.d/*.conf;
}
"""


DEFAULT = """server {
    listen       80;
    listen  [::]:80;
    server_name  localhost;
    location / {
        root   /usr/share/nginx/html;
        index  index.html index.htm;
    }
    error_page   500 502 503 504  /50x.html;
    location = /50x.html {
        root   /usr/share/nginx/html;
    }
}
"""


FILES = {
    "/etc/nginx/nginx.conf": MAIN,
    "/etc/nginx/mime.types": "types {\n text/html html htm;\n text/css css;\n application/json json;\n text/plain txt;\n}\n",
    "/usr/share/nginx/html/index.html": "<h1>Welcome to nginx!</h1>\n",
    "/usr/share/nginx/html/50x.html": "<h1>An error occurred.</h1>\n",
    "/usr/share/nginx/html/docs/a.txt": "text\n",
    "/var/cache/nginx/.keep": "",
    "/var/run/.keep": "",
    "/var/log/nginx/.keep": "",
}


LINKS = {"/var/log/nginx/access.log": "/dev/stdout", "/var/log/nginx/error.log": "/dev/stderr"}
