# Writes the example of include/sv2.h that stands behind the line with the text in the variable "behind", as C to be
# included: what a program does about errors, { ... } there, is ON_ERROR.
index($0, behind) { found = 1; next }
found && /^ \*     / {
    started = 1
    sub(/^ \*     /, "")
    gsub(/\{ \.\.\. \}/, "{ ON_ERROR; }")
    print
    next
}
started { exit }
