"""Credentials that commands are given in plain sight: what is covered, and what is let be."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iacgate.lang.credentials import credentials

COVERED = [
    'RUN echo "root:S3cret" | chpasswd',
    "RUN echo 'root:S3cret' | sudo chpasswd",
    "RUN echo root:S3cret|/usr/sbin/chpasswd -e",
    'RUN printf "%s" root:S3cret | chpasswd',
    "RUN chpasswd <<< 'root:S3cret'",
    '"command": "echo \\"root:S3cret\\" | chpasswd"',
    "RUN echo S3cret | passwd --stdin root",
    "RUN echo -n 'S3cret' | sudo -S apt-get update",
    "RUN echo S3cret | docker login -u me --password-stdin r.example.com",
    "RUN htpasswd -cb /etc/passwords admin S3cret",
    "RUN sshpass -p S3cret ssh host",
    "RUN sshpass -p'S3cret' ssh host",
    "RUN mysql -uroot -pS3cret -e 'select 1'",
    "RUN mysqldump -h db -u root -p'S3cret' shop > dump",
    "RUN mariadb-admin -pS3cret ping",
    "RUN redis-cli -h cache -a S3cret ping",
    "RUN mongosh -u root -p S3cret",
    "RUN docker login -u me -p S3cret r.example.com",
    "RUN az acr login -n x -u me -p S3cret",
    "RUN ldapsearch -D cn=x -w S3cret",
    "RUN useradd -m -p S3cret web",
    "RUN unzip -P S3cret a.zip",
    "RUN 7z x -pS3cret a.7z",
    "RUN keytool -importcert -storepass S3cret -noprompt",
    "RUN openssl enc -d -pass pass:S3cret -in x",
    "RUN openssl pkcs12 -passin pass:S3cret",
    "RUN curl -u me:S3cret https://x",
    "RUN curl -sSL -ume:S3cret https://x",
    'RUN curl --user "me:S3cret" https://x',
    "RUN curl -U me:S3cret https://x",
    "RUN aws configure set aws_secret_access_key S3cret",
    "RUN git clone https://me:S3cret@git.example.com/x.git",
    "url = redis://:S3cret@cache:6379/0",
    "RUN curl -H 'Authorization: Bearer S3cret' https://x",
    "RUN npm config set //npm.example.com/:_authToken=S3cret",
    "RUN app --password=S3cret",
    "RUN app --db-password=S3cret --db-user=me",
    "RUN app --password S3cret --user me",
    'CMD ["app", "--password", "S3cret"]',
    'args: ["--token=S3cret"]',
    "RUN app --api-key=S3cret",
    "RUN java -Dx=1 -Djavax.pass=1 --keystore-passphrase='S3cret'",
    "RUN PGPASSWORD=S3cret psql -h db",
    "ENV DB_PASSWORD=S3cret DB_USER=me",
    'RUN export MYSQL_PWD="S3cret"; mysql',
    "RUN SSHPASS=S3cret sshpass -e ssh x",
    "user_data = \"export GITHUB_TOKEN=S3cret && run\"",
]  # fmt: skip
LET_BE = [
    "RUN mkdir -p /data/app && chmod 750 /data",
    "RUN docker run -p 8080:80 -u 1000:1000 web",
    "RUN mysql -h db -P 3306 -u root -p",
    "RUN mysql -u root -p\"$MYSQL_PASSWORD\"",
    "RUN mysql --protocol=tcp --port=3306",
    "RUN curl -u \"$USER:$PASS\" https://x",
    "RUN curl -u ${USER}:${PASS} https://x",
    "RUN curl -sSLo x https://host.example.com:8443/@scope/name",
    "RUN curl --user-agent me:1 https://x",
    "RUN npm install https://registry.example.com/@types/node@1.2",
    "image: registry.example.com:5000/web@sha256:abc",
    "RUN git clone ssh://git@git.example.com:22/x.git",
    "RUN git clone https://$USER:$TOKEN@git.example.com/x.git",
    "RUN git clone https://{{ user }}:{{ token }}@git.example.com/x",
    "proxy = https://<user>:<password>@proxy",
    "RUN echo \"a:b\" | tee /etc/x",
    "RUN echo \"root:$ROOT_PASSWORD\" | chpasswd",
    "RUN echo \"$TOKEN\" | docker login --password-stdin",
    "RUN passwd -d root && passwd -l root",
    "RUN cat x | passwd --stdin root",
    "RUN app --password-file=/run/secrets/x --password-stdin",
    "RUN app --token-ttl=60 --secret-name=x --secrets=3",
    "RUN app --password \"$PASSWORD\" --token ${TOKEN}",
    "# use --password to set the password and --token for one",
    "RUN app --password --user me",
    "RUN --mount=type=secret,id=token cat /run/secrets/token",
    "ENV MYSQL_ALLOW_EMPTY_PASSWORD=yes",
    "ENV DB_PASSWORD_FILE=/run/secrets/db",
    "ENV TOKEN_TTL=60 PWD=/srv COMPASS=north",
    "RUN cd $PWD && PASSWORD=$(cat x) run",
    "password = var.password",
    "variable \"password\" { sensitive = true }",
    "secret_name = \"shop\"",
    "RUN zip -r a.zip src && unzip a.zip",
    "RUN apk add openssl curl && openssl version",
    "RUN useradd --create-home --shell /bin/sh web",
    "cidr_blocks = [\"10.0.0.0/8\"]",
    "Authorization: Bearer ${TOKEN}",
    "authorization = \"NONE\"",
    "RUN helm upgrade -p x; docker login",
]  # fmt: skip


@pytest.mark.parametrize("line", COVERED)
def test_a_credential_is_found_and_nothing_else(line):
    found = {line[start:end] for start, end in credentials(line)}
    assert found == {"S3cret"}


@pytest.mark.parametrize("line", LET_BE)
def test_normal_code_is_let_be(line):
    assert [line[start:end] for start, end in credentials(line)] == []


@given(st.text(alphabet="-p u:@/=|\"'\\$ mysqlcurechopasswd", max_size=300))
def test_stretches_lie_inside_of_the_text(line):
    for start, end in credentials(line):
        assert 0 <= start < end <= len(line)


@pytest.mark.parametrize("piece", ["mysql -p ", "curl -u a", "echo -n ", "a://b:", "--a-", "A_", "echo a:| "])
def test_long_lines_end(piece):
    assert sum(1 for _ in credentials(piece * 400)) < 1000
