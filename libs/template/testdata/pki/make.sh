#!/bin/sh
# Makes the files of this folder anew: sh make.sh, with OpenSSL 3 (and its legacy provider) and Java's keytool on the PATH.
# The keys protect nothing. The files rfc9579-* are the vectors of that RFC's appendix A. Containers have the password `secret`, those of keytool `changeit`.
set -eu
cd "$(dirname "$0")"
days=36500
ec='-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes'
leaf='-addext basicConstraints=CA:FALSE'
names='DNS:a.example,IP:10.0.0.1,email:a@b.example,URI:https://x.example/y?z,IP:2001:db8::1,IP:::ffff:1.2.3.4,DNS:*.b.example'
ca='-addext basicConstraints=critical,CA:TRUE'
request() { openssl req -x509 -days "$days" "$@" 2>/dev/null; }

request $ec -keyout root.key -out root.pem -subj '/C=DE/O=Org, Inc/OU=A+OU=B/CN=Root' $ca
request $ec -keyout intermediate.key -out intermediate.pem -subj /CN=Intermediate -CA root.pem -CAkey root.key $ca
request -newkey rsa:2048 -nodes -keyout leaf.key -out leaf.pem -subj /CN=leaf -CA intermediate.pem -CAkey intermediate.key \
  $leaf -addext "subjectAltName=$names"
request $ec -keyout ec.key -out ec.pem -subj /CN=ec -CA intermediate.pem -CAkey intermediate.key $leaf
request $ec -keyout own.key -out own.pem -subj /CN=own $leaf -addext subjectKeyIdentifier=none -addext authorityKeyIdentifier=none
openssl rsa -in leaf.key -traditional -out leaf-pkcs1.key 2>/dev/null
openssl ec -in ec.key -out ec-sec1.key 2>/dev/null
cat intermediate.pem root.pem >authorities.pem

for name in leaf ec; do
  export="openssl pkcs12 -export -inkey $name.key -in $name.pem -certfile authorities.pem"
  $export -passout pass:secret -out $name-modern.p12
  $export -passout pass:secret -out $name-legacy.p12 -legacy
  $export -passout pass:secret -out $name-3des.p12 -legacy -descert -maciter
  $export -passout pass:secret -out $name-rc2-128.p12 -legacy -keypbe PBE-SHA1-RC2-128 -certpbe PBE-SHA1-2DES
  $export -passout pass:secret -out $name-sha512.p12 -macalg sha512 -keypbe aes-128-cbc -certpbe aes-192-cbc -iter 10000
  $export -passout pass: -out $name-empty.p12
  $export -passout pass: -out $name-legacy-empty.p12 -legacy
  $export -passout pass: -out $name-open.p12 -nomac -keypbe NONE -certpbe NONE
  $export -passout 'pass:pä€s' -out $name-umlaut.p12 -legacy
done

keytool="keytool -genkeypair -alias x -dname CN=keytool -storetype PKCS12 -storepass changeit -validity $days"
rm -f keytool-*.p12
$keytool -keyalg RSA -keystore keytool-rsa.p12 2>/dev/null
$keytool -keyalg EC -groupname secp384r1 -keystore keytool-ec.p12 2>/dev/null
$keytool -keyalg EC -groupname secp256r1 -keystore keytool-legacy.p12 -J-Dkeystore.pkcs12.legacy 2>/dev/null

for hash in sha1 sha256 sha512; do
  printf 'secret é' | openssl pkeyutl -encrypt -inkey leaf.key -out oaep-$hash.bin \
    -pkeyopt rsa_padding_mode:oaep -pkeyopt rsa_oaep_md:$hash -pkeyopt rsa_mgf1_md:$hash
done
rm -f root.key intermediate.key authorities.pem
