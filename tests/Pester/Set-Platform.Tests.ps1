Describe 'Set-Platform' {
    BeforeAll { . $PSScriptRoot/Support.ps1 }
    AfterAll { $env:CLOUDBACKUP_HOME = $homeBefore }
    BeforeEach {
        $root = New-TestApp
        $null = New-Item -ItemType Directory "$root/mail/inbox", "$root/certificates"
    }

    It 'names folders that are backed up with the platform' {
        Set-Platform -ExtraDirectory "$root/mail", "$root/certificates" | Should -BeNullOrEmpty
        (Get-Platform).ExtraDirectory | Should -Be "$root/mail", "$root/certificates"
        $backup = New-PlatformBackup
        tar -tzf "$root/site/$($backup.RemotePath).tar.gz" | Should -Contain "extra$root/mail/inbox/"
    }

    It 'replaces those that were named before, and empties the list' {
        Set-Platform -ExtraDirectory "$root/mail"
        (Set-Platform -ExtraDirectory "$root/certificates" -PassThru).ExtraDirectory | Should -Be "$root/certificates"
        Set-Platform -ExtraDirectory @()
        (Get-Platform).ExtraDirectory | Should -BeNullOrEmpty
    }

    It 'refuses what is not there, and what is backed up on its own' {
        { Set-Platform -ExtraDirectory "$root/nowhere" -ErrorAction Stop } |
            Should -Throw -ErrorId 'ExtraDirectoryUnusable,CloudBackup.Commands.SetPlatformCommand'
        { Set-Platform -ExtraDirectory "$root/data" -ErrorAction Stop } |
            Should -Throw -ErrorId 'ExtraDirectoryOverlaps,CloudBackup.Commands.SetPlatformCommand'
        (Get-Platform).ExtraDirectory | Should -BeNullOrEmpty
    }

    It 'changes nothing with -WhatIf' {
        Set-Platform -ExtraDirectory "$root/mail" -WhatIf
        (Get-Platform).ExtraDirectory | Should -BeNullOrEmpty
    }
}
