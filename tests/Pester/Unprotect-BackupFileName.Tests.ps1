Describe 'Unprotect-BackupFileName' {
    BeforeAll {
        . $PSScriptRoot/Support.ps1
        $password = ConvertTo-SecureString 'correct horse' -AsPlainText -Force
        $names = Protect-BackupFileName data/photo.jpg, 'naïve ☃.txt' -Password $password
    }

    It 'decrypts a name and a path' {
        Unprotect-BackupFileName $names[0] -Password $password | Should -Be data/photo.jpg
        Unprotect-BackupFileName -Name $names[1] -Password $password | Should -Be 'naïve ☃.txt'
    }

    It 'takes names from the pipeline, also by property name' {
        $names | Unprotect-BackupFileName -Password $password | Should -Be 'data/photo.jpg', 'naïve ☃.txt'
        [pscustomobject] @{ Name = $names[1] } | Unprotect-BackupFileName -Password $password | Should -Be 'naïve ☃.txt'
    }

    It 'refuses a wrong password and a name that is not encrypted' {
        { Unprotect-BackupFileName $names[0] -Password (ConvertTo-SecureString wrong -AsPlainText -Force) -ErrorAction Stop } |
            Should -Throw -ErrorId 'WrongPasswordOrDamaged,CloudBackup.Commands.UnprotectBackupFileNameCommand'
        { Unprotect-BackupFileName photo.jpg -Password $password -ErrorAction Stop } |
            Should -Throw -ErrorId 'WrongPasswordOrDamaged,CloudBackup.Commands.UnprotectBackupFileNameCommand'
    }
}
