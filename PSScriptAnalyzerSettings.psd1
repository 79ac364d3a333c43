@{
    # Scripts of the build and the examples call positional parameters of their own functions, and write for people.
    ExcludeRules = @('PSAvoidUsingPositionalParameters', 'PSUseShouldProcessForStateChangingFunctions')
}
