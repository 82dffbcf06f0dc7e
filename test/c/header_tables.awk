# Reads include/sv2.h and writes what it says about messages and their fields as macros, so that the tests follow the
# header without a list of their own:
#
#   EACH_MESSAGE(X)  X(setup_connection, SETUP_CONNECTION, "SetupConnection", "3.6.1", SV2_PARTY_CLIENT, 0, COMMON)
#   EACH_FIELD(X)    X(setup_connection, SETUP_CONNECTION, 4, endpoint_host, STR0_255)
#
# and the largest SV2_HANDLE_* as HANDLE_KIND_MAX.

/^\/\* - .* - \*\/$/ {
    group = $0
    sub(/^\/\* - /, "", group)
    sub(/ - \*\/$/, "", group)
    sub(/ \(.*/, "", group)
    gsub(/ /, "_", group)
    group = toupper(group)
}

/^\/\*\* .*extension_type 0x/ {
    title = $2
    spec = $0
    sub(/^[^(]*\(/, "", spec)
    sub(/\).*/, "", spec)
    from = /client to server/ ? "SV2_PARTY_CLIENT" : /server to client/ ? "SV2_PARTY_SERVER" : "SV2_PARTY_BOTH"
    channel = /channel_msg 1\./ ? 1 : 0
}

/^typedef struct sv2_/ && title != "" {
    name = $3
    sub(/^sv2_/, "", name)
    messages[++count] = "X(" name ", " toupper(name) ", \"" title "\", \"" spec "\", " from ", " channel ", " group ")"
    field = 0
    inside = 1
    title = ""
    next
}

inside && /^}/ { inside = 0 }

# The wire type stands at the start of the comment, behind the member or on the line in front of it.
inside && /\/\*/ {
    wire = $0
    sub(/.*\/\* /, "", wire)
    sub(/[.,] .*/, "", wire)
    gsub(/\[/, "_", wire)
    gsub(/\]/, "", wire)
}

inside && /;/ && !/^ *\/\*/ {
    member = $2
    sub(/;.*/, "", member)
    fields[++total] = "X(" name ", " toupper(name) ", " field++ ", " member ", " wire ")"
}

/^#define SV2_HANDLE_[A-Z0-9_]+ [0-9]+u/ && $3 + 0 > kinds { kinds = $3 + 0 }

END {
    print "#define HANDLE_KIND_MAX " kinds "u"
    print "#define EACH_MESSAGE(X) \\"
    for (i = 1; i <= count; i++) print "    " messages[i] (i < count ? " \\" : "")
    print "#define EACH_FIELD(X) \\"
    for (i = 1; i <= total; i++) print "    " fields[i] (i < total ? " \\" : "")
}
