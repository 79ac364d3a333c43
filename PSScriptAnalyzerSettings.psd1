@{
    # Scripts of the build and the examples call positional parameters of their own functions, and write for people. Every file is UTF-8 without a
    # byte order mark.
    ExcludeRules = @('PSAvoidUsingPositionalParameters', 'PSUseShouldProcessForStateChangingFunctions', 'PSUseBOMForUnicodeEncodedFile')
}
