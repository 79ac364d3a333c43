Describe 'Unprotect-BackupFile' {
    BeforeAll {
        . $PSScriptRoot/Support.ps1
        $password = ConvertTo-SecureString 'correct horse' -AsPlainText -Force
        $wrong = ConvertTo-SecureString 'battery staple' -AsPlainText -Force
    }
    AfterAll { $env:CLOUDBACKUP_HOME = $homeBefore }
    BeforeEach {
        $root = New-TestPlatform
        $encrypted = Protect-BackupFile "$root/data/page.txt" -Destination "$root/site/page.txt.enc" -Password $password
    }

    It 'decrypts a file that is named' {
        $file = Unprotect-BackupFile $encrypted.FullName -Password $password
        $file | Should -BeOfType System.IO.FileInfo
        $file.FullName | Should -Be "$root/site/page.txt"
        (Get-FileHash $file).Hash | Should -Be (Get-FileHash "$root/data/page.txt").Hash
    }

    It 'takes paths and files from the pipeline, and literal paths' {
        ($encrypted.FullName | Unprotect-BackupFile -Password $password).Name | Should -Be page.txt
        (Get-ChildItem "$root/site/*.enc" | Unprotect-BackupFile -Password $password -Force).Name | Should -Be page.txt
        (Unprotect-BackupFile -LiteralPath $encrypted.FullName -Destination "$root/other/out.txt" -Password $password).Name | Should -Be out.txt
    }

    It 'brings an encrypted folder back as it was' {
        $null = Protect-BackupFile "$root/data" -Recurse -Destination "$root/secret" -Password $password
        $null = Unprotect-BackupFile "$root/secret" -Recurse -Destination "$root/back" -Password $password
        Get-Fingerprint "$root/back" | Should -Be (Get-Fingerprint "$root/data")
    }

    It 'refuses a wrong password, and leaves nothing behind' {
        { Unprotect-BackupFile $encrypted.FullName -Password $wrong -ErrorAction Stop } |
            Should -Throw -ErrorId 'WrongPasswordOrDamaged,CloudBackup.Commands.UnprotectBackupFileCommand'
        (Get-ChildItem "$root/site").Name | Should -Be page.txt.enc
    }

    It 'refuses a file that was changed, and still decrypts the others' {
        $bytes = [System.IO.File]::ReadAllBytes($encrypted.FullName)
        $bytes[100] = $bytes[100] -bxor 1
        [System.IO.File]::WriteAllBytes("$root/site/changed.enc", $bytes)
        $made = Unprotect-BackupFile "$root/site/*.enc" -Password $password -ErrorVariable failures -ErrorAction SilentlyContinue
        $made.Name | Should -Be page.txt
        $failures[0].FullyQualifiedErrorId | Should -Be 'WrongPasswordOrDamaged,CloudBackup.Commands.UnprotectBackupFileCommand'
    }

    It 'writes nothing with -WhatIf, and asks for a destination where a name tells none' {
        Unprotect-BackupFile $encrypted.FullName -Password $password -WhatIf | Should -BeNullOrEmpty
        Test-Path "$root/site/page.txt" | Should -BeFalse
        { Unprotect-BackupFile "$root/data/page.txt" -Password $password -ErrorAction Stop } |
            Should -Throw -ErrorId 'DestinationNeeded,CloudBackup.Commands.UnprotectBackupFileCommand'
    }
}
