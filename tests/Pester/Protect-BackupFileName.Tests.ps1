Describe 'Protect-BackupFileName' {
    BeforeAll {
        . $PSScriptRoot/Support.ps1
        $password = ConvertTo-SecureString 'correct horse' -AsPlainText -Force
    }

    It 'encrypts a name, always to the same one' {
        $name = Protect-BackupFileName photo.jpg -Password $password
        $name | Should -BeOfType string
        $name | Should -Not -BeLike '*photo*'
        $name | Should -Not -Match '[/=]'
        Protect-BackupFileName -Name photo.jpg -Password $password | Should -Be $name
    }

    It 'encrypts each part of a path by itself' {
        $path = Protect-BackupFileName data/photo.jpg -Password $password
        $path | Should -Be "$(Protect-BackupFileName data -Password $password)/$(Protect-BackupFileName photo.jpg -Password $password)"
    }

    It 'takes many names, as a parameter and from the pipeline' {
        $names = Protect-BackupFileName a, b -Password $password
        $names | Should -HaveCount 2
        'a', 'b' | Protect-BackupFileName -Password $password | Should -Be $names
        [pscustomobject] @{ Name = 'b' } | Protect-BackupFileName -Password $password | Should -Be $names[1]
    }

    It 'refuses a path with an empty part, and an empty password' {
        { Protect-BackupFileName a//b -Password $password -ErrorAction Stop } |
            Should -Throw -ErrorId 'NameInvalid,CloudBackup.Commands.ProtectBackupFileNameCommand'
        { Protect-BackupFileName a -Password ([securestring]::new()) -ErrorAction Stop } |
            Should -Throw -ErrorId 'PasswordEmpty,CloudBackup.Commands.ProtectBackupFileNameCommand'
    }
}
