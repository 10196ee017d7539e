"""How another application logs a person in, with the library ldap3: docs/applications.md as a program.

usage: login.py URL CA-FILE BASE ACCOUNT-DN [GROUP], with the account's password, the person's address and the person's password as
lines of standard input. GROUP is the abbreviation of the only organization whose people are let in. Prints the person's
attributes as JSON; exit code 3 says that she is not let in.
"""
import json
import ssl
import sys

from ldap3 import LEVEL, NONE, SUBTREE, Connection, Server, Tls
from ldap3.core.exceptions import LDAPException
from ldap3.utils.conv import escape_filter_chars

url, ca_file, base, account, *group = sys.argv[1:]
secret, address, password = sys.stdin.read().split("\n")

tls = Tls(validate=ssl.CERT_REQUIRED, ca_certs_file=ca_file)
server = Server(url, use_ssl=True, tls=tls, get_info=NONE, connect_timeout=10)

try:
    with Connection(server, account, secret, auto_bind=True, read_only=True, receive_timeout=10) as found:
        found.search(
            "ou=mailboxes," + base,
            "(&(objectClass=hopThuMailbox)(hopThuType=Personal)(mail=" + escape_filter_chars(address) + "))",
            SUBTREE,
            attributes=["cn", "mail", "title", "o", "hopThuOrganization"],
        )
        people = [entry for entry in found.response if entry["type"] == "searchResEntry"]
        if group and people:
            is_member = "(member=" + escape_filter_chars(people[0]["dn"]) + ")"
            is_group = "(&(objectClass=groupOfURLs)(description=" + escape_filter_chars(group[0]) + ")" + is_member + ")"
            found.search("ou=groups," + base, is_group, LEVEL, attributes=["cn"])
            if not any(entry["type"] == "searchResEntry" for entry in found.response):
                sys.exit(3)
    # An empty password would be no login at all (RFC 4513, 5.1.2).
    if len(people) != 1 or password == "":
        sys.exit(3)
    with Connection(server, people[0]["dn"], password, auto_bind=True, receive_timeout=10):
        pass
except LDAPException as error:
    print(error, file=sys.stderr)
    sys.exit(3)
print(json.dumps({name: list(values) if isinstance(values, list) else values
                  for name, values in people[0]["attributes"].items()}, ensure_ascii=False))
