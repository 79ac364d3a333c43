@{
    # Beside what the settings of the repository leave out: Pester's blocks share variables in a way that the analyzer does not see, and the
    # passwords of the tests protect nothing.
    ExcludeRules = @(
        'PSAvoidUsingPositionalParameters', 'PSUseShouldProcessForStateChangingFunctions', 'PSUseBOMForUnicodeEncodedFile'
        'PSUseDeclaredVarsMoreThanAssignments', 'PSAvoidUsingConvertToSecureStringWithPlainText'
    )
}
