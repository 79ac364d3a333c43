Describe 'Protect-BackupFile' {
    BeforeAll {
        . $PSScriptRoot/Support.ps1
        $password = ConvertTo-SecureString 'correct horse' -AsPlainText -Force
    }
    AfterAll { $env:CLOUDBACKUP_HOME = $homeBefore }
    BeforeEach { $root = New-TestPlatform }

    It 'encrypts a file that is named, and leaves it' {
        $file = Protect-BackupFile "$root/data/page.txt" -Password $password
        $file | Should -BeOfType System.IO.FileInfo
        $file.Name | Should -Be page.txt.enc
        [System.Text.Encoding]::ASCII.GetString([System.IO.File]::ReadAllBytes($file.FullName), 0, 4) | Should -Be CBV2
        Get-Content $file -Raw | Should -Not -BeLike '*home*'
        Get-Content "$root/data/page.txt" -Raw | Should -BeLike 'home*'
    }

    It 'takes wildcards and literal paths' {
        Set-Content -LiteralPath "$root/data/b[1].txt" odd
        (Protect-BackupFile "$root/data/*.txt" -Password $password).Name | Sort-Object | Should -Be 'b[1].txt.enc', 'page.txt.enc'
        (Protect-BackupFile -LiteralPath "$root/data/b[1].txt" -Password $password -Force).Name | Should -Be 'b[1].txt.enc'
    }

    It 'takes paths and files from the pipeline' {
        ("$root/data/page.txt" | Protect-BackupFile -Password $password).Name | Should -Be page.txt.enc
        (Get-ChildItem "$root/data" -Filter *.jpg | Protect-BackupFile -Destination "$root/site" -Password $password).FullName |
            Should -Be "$root/site/photo.jpg.enc"
    }

    It 'encrypts a folder with its names, or without' {
        $null = Protect-BackupFile "$root/data" -Recurse -Destination "$root/secret" -Password $password
        (Get-ChildItem "$root/secret" -Recurse).Name -match 'page|photo|docs' | Should -BeNullOrEmpty
        $null = Protect-BackupFile "$root/data" -Recurse -Destination "$root/readable" -Password $password -EncryptFileName:$false
        Test-Path "$root/readable/page.txt.enc" | Should -BeTrue
        Test-Path "$root/readable/docs/empty" -PathType Container | Should -BeTrue
    }

    It 'does not overwrite, unless it is forced' {
        $null = Protect-BackupFile "$root/data/page.txt" -Password $password
        { Protect-BackupFile "$root/data/page.txt" -Password $password -ErrorAction Stop } |
            Should -Throw -ErrorId 'FileExists,CloudBackup.Commands.ProtectBackupFileCommand'
        (Protect-BackupFile "$root/data/page.txt" -Password $password -Force).Name | Should -Be page.txt.enc
    }

    It 'writes nothing with -WhatIf' {
        Protect-BackupFile "$root/data/page.txt" -Password $password -WhatIf | Should -BeNullOrEmpty
        Test-Path "$root/data/page.txt.enc" | Should -BeFalse
    }

    It 'refuses a folder without -Recurse, an empty password, and names what does not exist' {
        { Protect-BackupFile "$root/data" -Password $password -ErrorAction Stop } |
            Should -Throw -ErrorId 'FolderNeedsRecurse,CloudBackup.Commands.ProtectBackupFileCommand'
        { Protect-BackupFile "$root/data/page.txt" -Password ([securestring]::new()) -ErrorAction Stop } |
            Should -Throw -ErrorId 'PasswordEmpty,CloudBackup.Commands.ProtectBackupFileCommand'
        { Protect-BackupFile "$root/none" -Password $password -ErrorAction Stop } |
            Should -Throw -ErrorId 'FileNotRead,CloudBackup.Commands.ProtectBackupFileCommand'
    }
}
